/* The gateway: edge/gateway/intake.py, judging.py, standing.py and outlet.py, with the centre's word
 * by topics/confirmed.py. A batch is judged, made durable and answered in one step, but for a kill
 * between what goes on and what is noted. */

#define B till[m].ep[e]
#define G gw[e]
#define NAMED(number) ((word.miss[e] >> (number)) & 1)
#ifdef NO_TAIL
#define LACKS(number) NAMED(number)
#else /* behind an epoch's end at the centre nothing is on its way once a newer one has come */
#define LACKS(number) \
    (NAMED(number) || (e < word.epoch && word.last[e] && (number) > word.last[e]))
#endif
#define ROOM (waiting + BATCH <= QUEUE) /* else the till hears 503, and keeps everything */
#define HELD(number) ((number) == acc && hash -> hash : (G.known -> G.taken[number] : 0))

inline put(is_fork) { /* outlet.py: the topic, or the spool behind it */
    if
#ifdef NO_QUARANTINE
    :: B.ev[s] == BAD
    :: else ->
#else
    :: 1 ->
#endif
        queue[waiting].epoch = e; queue[waiting].seq = s; queue[waiting].id = B.ev[s];
        queue[waiting].fork = is_fork; waiting++;
        printf("gateway passes on event %d as number %d of epoch %d\n", B.ev[s], s, e)
    fi
}

#ifdef NO_CATCHING_UP
#define IS_BEHIND 0
#else /* a gateway that was restored, while the till has let go of what comes next */
#define IS_BEHIND (first > G.acc + 1 && word.last[e] + 1 >= first)
#endif

inline begin() { /* standing.py: by what is held, or else by the centre's word, or the till's own */
    acc = 0; hash = BEGINNING;
    if
#ifndef NO_BEGIN_BY_WORD
    :: word.last[e] && (!G.known || IS_BEHIND) ->
        acc = word.last[e]; hash = (e == word.epoch -> word.hash : 0)
#else
    :: 0
#endif
    :: else ->
        if
        :: G.known -> acc = G.acc; hash = G.hash
        :: !G.known && first > 1 -> acc = first - 1; hash = prev
        :: else
        fi
    fi
}

inline find_forks() { /* judging.py: all from the first number that is not proven to be the same */
    proven = 0; bad = 0;
    for (s : first .. last) {
        if
        :: s <= acc ->
            h = HELD(s);
            if
            :: h == B.ev[s] -> proven = s
#ifndef NO_FORKS
            :: h && h != B.ev[s] -> bad = 1
#endif
            :: else
            fi
        :: else
        fi
    }
}

inline send_on(is_killed) { /* intake.py: what is new, what the centre lacks, and forks once */
    changes = 0;
    for (s : first .. last) {
        id = B.ev[s];
        if
        :: s > acc && !bad ->
            changes = 1;
            put(0)
        :: s <= acc && !(bad && s > proven) && LACKS(s) ->
#ifndef NO_AGAIN
            changes = 1; put(0)
#else
            skip
#endif
        :: s <= acc && bad && s > proven && !told[id] ->
            changes = 1; put(1); if :: !is_killed -> told[id] = 1 :: else fi
        :: else
        fi
    }
}

inline note() { /* records.py: what is known, in one transaction; nothing where nothing changes */
    if
    :: !bad && last > acc ->
#ifdef ONE_HISTORY
        h = (acc && G.known -> G.taken[acc] : 0);
        assert(!h || h == B.ev[acc]); /* TWO HISTORIES in one epoch */
#endif
        for (s : acc + 1 .. last) { G.taken[s] = B.ev[s] }
        acc = last; hash = B.ev[last]
    :: else
    fi;
    if :: changes -> G.known = 1; G.acc = acc; G.hash = hash :: else fi
}

inline answer(kind_) {
    printf("gateway answers %e: it has epoch %d to %d\n", kind_, e, acc);
    till[m].kind = kind_;
    till[m].a_epoch = e; till[m].a_first = first; till[m].a_last = last;
    till[m].a_acc = acc;
    if
    :: kind_ == TAKEN ->
        if :: bad -> printf("gateway names forks behind %d\n", proven) :: else fi;
        till[m].a_fork = (bad -> (proven + 1 > first -> proven + 1 : first) : 0);
        till[m].a_conf = word.last[e]; till[m].a_miss = word.miss[e];
        for (s : first .. last) {
            if :: s <= acc && !(bad && s > proven) -> acked[B.ev[s]] = 1 :: else fi
        }
    :: else -> till[m].a_hash = hash
    fi
}

/* Take the batch `first` to `last` of epoch `e`. `is_killed`: the process ends after the topic has
 * what goes on, and before that is noted. */
inline take(is_killed) {
    printf("till %d sends numbers %d to %d of epoch %d\n", m + 1, first, last, e);
    prev = (first > 1 -> B.ev[first - 1] : BEGINNING);
    begin();
    if
    :: first > acc + 1 -> if :: !is_killed -> answer(GAP) :: else fi
    :: else ->
        find_forks();
        h = (first <= acc -> B.ev[acc] : prev);
        if
#ifndef NO_CHAIN
        :: !bad && last > acc && hash && h && h != hash ->
            if :: !is_killed -> answer(CHAIN) :: else fi
#endif
        :: else ->
#ifdef ACKNOWLEDGE_FIRST
            if :: is_killed -> changes = 1; note(); answer(TAKEN)
            :: else -> send_on(is_killed); note(); answer(TAKEN)
            fi
#else
            send_on(is_killed); if :: !is_killed -> note(); answer(TAKEN) :: else fi
#endif
        fi
    fi
}
