/* The till: edge/journal (outbox.py, keeping.py, epochs.py) and edge/till/sending.py. */

#define OF(number) till[m].ep[number]
#define CUR till[m].ep[till[m].cur]
#define IS_PARTED (B.doubt && B.acc + 1 >= B.doubt)

inline append(id_) { /* writing.py: the number is taken in the transaction of its event */
    assert(CUR.last < IDS);
    CUR.last++; CUR.ev[CUR.last] = id_;
    printf("till %d writes event %d as number %d of epoch %d\n",
        m + 1, id_, CUR.last, till[m].cur)
}

/* outbox.next_batch: what was never accepted, oldest epoch first; then what the centre lacks; then the
 * last event of an epoch that has ended. `e` is 0 where there is nothing. */
inline next_batch() {
    e = 0;
    for (i : 1 .. EPOCHS) {
        lim = (OF(i).doubt -> OF(i).doubt - 1 : OF(i).last);
        k = (OF(i).acc < OF(i).kept -> OF(i).kept : OF(i).acc + 1);
        if
        :: !e && lim >= k ->
            e = i; first = k;
            last = (lim < k + BATCH - 1 -> lim : k + BATCH - 1)
        :: else
        fi
    };
    if :: !e -> resend() :: else fi;
    if :: !e -> ask_of_ended() :: else fi
}

inline resend() {
#ifndef NO_RESEND
    for (i : 1 .. EPOCHS) {
        for (s : 1 .. IDS) {
            if
            :: ((OF(i).miss >> s) & 1) && s >= OF(i).kept ->
                if
                :: !e -> e = i; first = s; last = s
                :: e == i && s == last + 1 && s < first + BATCH -> last = s
                :: else
                fi
            :: else
            fi
        }
    };
#endif
    skip
}

inline ask_of_ended() {
#ifndef NO_ASKING
    for (i : 1 .. EPOCHS) {
        if
        :: !e && i < till[m].cur && OF(i).acc > OF(i).conf && OF(i).acc >= OF(i).kept ->
            e = i; first = OF(i).acc; last = first
        :: else
        fi
    };
#endif
    skip
}

/* outbox._note; `doubt_` is doubted_to + 1, 0 for none. A fork whose end is known is written again
 * under the newest epoch. */
inline note_accepted(acc_, doubt_) {
    printf("till %d notes of epoch %d: accepted to %d", m + 1, e, (acc_));
    if :: (doubt_) -> printf(", forked, its own up to %d at most\n", (doubt_) - 1)
    :: else -> printf("\n")
    fi;
    B.acc = ((acc_) >= B.kept -> (acc_) : B.kept - 1);
    if :: (doubt_) -> B.doubt = (doubt_) :: else fi;
    write_again()
}

inline write_again() { /* epochs.write_again */
#ifndef NO_WRITING_AGAIN
    for (i : 1 .. EPOCHS) {
        if
        :: i < till[m].cur && OF(i).doubt && OF(i).acc + 1 >= OF(i).doubt && !OF(i).rewritten ->
#ifdef WRITE_ALL_AGAIN
            for (s : OF(i).kept .. OF(i).last) { append(OF(i).ev[s]) }
#else
            for (s : OF(i).acc + 1 .. OF(i).last) { append(OF(i).ev[s]) }
#endif
            OF(i).rewritten = 1; till[m].base = CUR.last
        :: else
        fi
    };
#endif
    skip
}

inline begin_epoch() { /* a voucher: the registration counts up, whoever asks */
    printf("till %d begins epoch %d by a new voucher\n", m + 1, issued + 1);
    issued++; till[m].cur = issued; till[m].base = 0; CUR.kept = 1;
    write_again()
}

inline answered() { /* outbox.answered */
    if
    :: till[m].a_fork ->
        k = (till[m].a_fork < B.last + 1 -> till[m].a_fork : B.last + 1) - 1;
        note_accepted(k, k + 1)
#ifndef NO_GOING_BACK
    :: !till[m].a_fork && till[m].a_acc < B.acc && !B.doubt -> note_accepted(till[m].a_acc, 0)
#endif
    :: else ->
        k = (till[m].a_acc < till[m].a_last -> till[m].a_acc : till[m].a_last);
        if :: k < B.acc -> k = B.acc :: else fi;
        if
#ifndef NO_BEYOND
        :: till[m].a_acc > B.last && !IS_PARTED -> note_accepted(k, B.last + 1)
#endif
        :: else -> note_accepted(k, 0)
        fi
    fi
}

inline confirm(conf_, miss_) { /* keeping.Retention.confirm */
#ifdef CONFIRM_BEYOND
    lim = (B.doubt -> B.acc : B.last);
#else
    lim = B.acc; /* what lies behind may be another's at the centre */
#endif
    k = ((conf_) < lim -> (conf_) : lim);
    B.miss = 0;
    for (s : 1 .. IDS) {
        if
        :: s <= lim && s >= B.kept && (((miss_) >> s) & 1) ->
            B.miss = B.miss | (1 << s);
#ifndef CONFIRM_MISSING
            if :: s - 1 < k -> k = s - 1 :: else fi
#endif
        :: else
        fi
    };
    printf("till %d hears of epoch %d: the centre has it to %d, and of this till's all to %d\n",
        m + 1, e, conf_, k);
    B.safe = k;
    if :: k > B.conf -> B.conf = k :: else fi
}

inline hear_of_newest() { /* the centre's word, in the answer to a heartbeat */
    e = till[m].cur;
    confirm(word.last[e], word.miss[e])
}

inline conflicted() { /* sending._conflict: outbox.broken_chain and outbox.judge */
    k = till[m].a_acc; h = till[m].a_hash;
    if
    :: till[m].kind == CHAIN ->
        s = (till[m].a_first - 1 < B.last -> till[m].a_first - 1 : B.last);
        note_accepted(0, s + 1)
    :: till[m].kind == GAP && k > B.last -> note_accepted(B.acc, B.last + 1)
    :: else ->
        best = (k < B.acc -> k : B.acc); /* it can only take back */
        id = (k == 0 -> BEGINNING : (k + 1 >= B.kept -> B.ev[k] : 0));
        if
#ifdef NO_GOING_BACK
        :: 1
#else
        :: !id || !h -> note_accepted(best, 0)
        :: id && h && id != h -> note_accepted(best, k + 1)
        :: else -> note_accepted(k, 0)
#endif
        fi
    fi
}

inline hang_up() {
    till[m].kind = 0; till[m].a_epoch = 0; till[m].a_first = 0; till[m].a_last = 0;
    till[m].a_acc = 0; till[m].a_hash = 0; till[m].a_fork = 0;
    till[m].a_conf = 0; till[m].a_miss = 0
}

inline hear() { /* sending._send: what was said is noted */
    e = till[m].a_epoch;
    if
    :: till[m].kind == TAKEN ->
        answered(); confirm(till[m].a_conf, till[m].a_miss);
        assert(till[m].a_acc <= B.last || B.doubt) /* UNNOTICED: it is an old image */
    :: else -> conflicted()
    fi;
    hang_up()
}

/* keeping.Retention.tidy. The thirty days are any time: nothing here relies on them. */
#ifdef KEEP_UNTIL_ACCEPTED
#define UPTO(n) OF(n).acc
#else
#define UPTO(n) (OF(n).rewritten && OF(n).safe >= OF(n).acc -> OF(n).last : OF(n).safe)
#endif

inline tidy() {
    for (i : 1 .. EPOCHS) {
        if
        :: i <= till[m].cur && UPTO(i) >= OF(i).kept ->
            k = UPTO(i);
            for (s : OF(i).kept .. k) {
                id = OF(i).ev[s];
                printf("till %d lets go of event %d, number %d of epoch %d\n", m + 1, id, s, i);
#ifndef ONE_HISTORY
                assert(counted[id] || (OF(i).rewritten && s > OF(i).acc)); /* LOST */
#endif
                if :: s > 1 -> OF(i).ev[s - 1] = 0 :: else fi
            }
            OF(i).kept = k + 1
        :: else
        fi
    }
}
