/* The store's log and its mirror, the centre's admission and fold, and what comes down. */

inline shift() {
    waiting--;
    for (i : 1 .. QUEUE - 1) {
        queue[i - 1].epoch = queue[i].epoch; queue[i - 1].seq = queue[i].seq;
        queue[i - 1].id = queue[i].id; queue[i - 1].fork = queue[i].fork
    }
    queue[QUEUE - 1].epoch = 0; queue[QUEUE - 1].seq = 0;
    queue[QUEUE - 1].id = 0; queue[QUEUE - 1].fork = 0
}

#ifdef FORKS_LOOK_LIKE_OTHERS
#define IS_FORK 0
#else
#define IS_FORK queue[0].fork /* topics/till_headers.py */
#endif

/* agents/checkout.py with topics/sequences.py: a number counts once. With other content it is a fork,
 * and a dead letter; so is what the gateway calls one. */
inline count_in() {
    e = queue[0].epoch; s = queue[0].seq; id = queue[0].id;
    printf("centre gets event %d as number %d of epoch %d, where it has event %d\n",
        id, s, e, centre[e].id[s]);
    if
#ifdef NO_WINDOW
    :: counted[id]++; centre[e].id[s] = id
#else
    :: !centre[e].id[s] && !IS_FORK -> counted[id]++; centre[e].id[s] = id
    :: else
#endif
    fi;
#ifdef ONE_HISTORY /* this alone is looked for */
    counted[id] = 1;
#endif
    assert(counted[id] <= 1); /* TWICE */
    if :: s > centre[e].last && centre[e].id[s] -> centre[e].last = s :: else fi;
    if :: e > newest && centre[e].last -> newest = e :: else fi;
    stale = 1
}

/* agents/outputs.till_message, ack.<location>, edge/gateway/feeds/statuses.py: the newest word. */
inline bring_word() {
#ifdef NO_VERSION
    if
    :: word.epoch && !early.epoch ->
        early.epoch = word.epoch; early.hash = word.hash;
        for (i : 1 .. EPOCHS) { early.last[i] = word.last[i]; early.miss[i] = word.miss[i] }
    :: else
    fi;
#endif
    word.epoch = newest;
    for (e : 1 .. EPOCHS) {
        word.last[e] = centre[e].last; word.miss[e] = 0;
#ifndef NO_MISSING
        for (s : 1 .. IDS) {
            if
            :: s < centre[e].last && !centre[e].id[s] -> word.miss[e] = word.miss[e] | (1 << s)
            :: else
            fi
        }
#endif
    };
    word.hash = (newest -> centre[newest].id[centre[newest].last] : 0);
    stale = 0;
    printf("gateway hears the centre's word: epoch %d up to %d\n", newest, word.last[newest])
}
