"""The information screen's words: announcements, and one question that customers answer without a
name. `showing` has what is shown and what an answer is, `calls` answers over HTTP."""
