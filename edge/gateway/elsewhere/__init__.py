"""What other stores know, asked of the centre's store API: one second in all, or the last answer.

`asking` asks and gives up, `kept_answers` has the last answer to each question on the disk,
`questions` joins the two, and `levels`, `receipts` and `reserving` make of it what a till is told.
Nothing of the store's own waits for it: who is away is not asked again until it answers.
"""
