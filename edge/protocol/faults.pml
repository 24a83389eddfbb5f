/* What goes wrong, at most FAULTS times in all; and what has to be right afterwards. */

#define M0 till[0]
#define FAULT faults < FAULTS

inline note_losses() { /* who has no copy anywhere was lost with a disk, and not by the protocol */
    for (id : 1 .. written) {
        found = counted[id];
        for (k : 0 .. TILLS - 1) {
            for (i : 1 .. EPOCHS) {
                for (s : till[k].ep[i].kept .. till[k].ep[i].last) {
                    found = found || till[k].ep[i].ev[s] == id
                }
            }
        };
        for (i : 0 .. QUEUE - 1) {
            found = found || (i < waiting && queue[i].id == id && !queue[i].fork)
        };
        if
        :: !found && !gone[id] ->
            assert(!acked[id] || struck[id]); /* NOT DURABLE: on the till's disk alone */
            gone[id] = 1
        :: else
        fi
    };
    skip
}

inline forget(from) { /* the gateway's file, as it was before epoch `from` */
    for (e : from .. EPOCHS) {
        gw[e].known = 0; gw[e].acc = 0; gw[e].hash = 0;
        for (s : 1 .. IDS) { gw[e].taken[s] = 0 }
    }
}

inline forget_centre() {
    word.epoch = 0; word.hash = 0; stale = newest > 0;
    for (i : 1 .. EPOCHS) { word.last[i] = 0; word.miss[i] = 0 };
    for (i : 1 .. IDS) { told[i] = 0 };
    skip
}

inline strike_newest() {
    waiting--;
    printf("FAULT: event %d is lost with a disk of the store\n", queue[waiting].id);
    struck[queue[waiting].id] = 1;
    queue[waiting].epoch = 0; queue[waiting].seq = 0;
    queue[waiting].id = 0; queue[waiting].fork = 0
}

#define MAY_COME_LATE (n <= M0.cur && M0.ep[n].kept <= f && f <= M0.ep[n].acc)

proctype trouble() {
    byte m, n, f;
    do
    :: d_step { FAULT -> faults = FAULTS } /* no more of it */
#ifdef LOST_ANSWER
    :: d_step {
        FAULT && till[0].kind ->
        faults++; m = 0; printf("FAULT: the answer to till 1 is lost\n"); hang_up()
    }
#if TILLS > 1
    :: d_step {
        FAULT && till[1].kind ->
        faults++; m = 1; printf("FAULT: the answer to till 2 is lost\n"); hang_up(); m = 0
    }
#endif
#endif
#ifdef KILL
    :: d_step {
        FAULT && M0.cur && !M0.kind && ROOM ->
        faults++; m = 0; printf("FAULT: the gateway is killed in this batch\n");
        next_batch(); if :: e -> take(1) :: else fi
    }
#endif
#ifdef LATE /* a request that the till gave up comes once more, and nobody hears the answer */
    :: atomic {
        FAULT && M0.cur && !M0.kind && ROOM ->
        if :: n = 1 :: n = 2 fi;
        if :: f = 1 :: f = 2 :: f = 3 fi;
        if
        :: n <= EPOCHS && MAY_COME_LATE -> d_step {
            faults++; printf("FAULT: a request comes late\n");
            e = n; first = f;
            last = (f + BATCH - 1 < B.acc -> f + BATCH - 1 : B.acc);
            take(0); hang_up(); n = 0; f = 0
        }
        :: else -> n = 0; f = 0
        fi
    }
#endif
#ifdef NO_VERSION /* what came down comes down again */
    :: d_step {
        FAULT && early.epoch ->
        faults++; printf("FAULT: the gateway hears an old word again\n");
        word.epoch = early.epoch; word.hash = early.hash;
        for (i : 1 .. EPOCHS) { word.last[i] = early.last[i]; word.miss[i] = early.miss[i] };
        skip
    }
#endif
#ifdef PURGE /* a record leaves the log before it is mirrored, or the mirror skips it */
    :: d_step { FAULT && waiting ->
        faults++; printf("FAULT: event %d leaves the log before the mirror has it\n", queue[0].id);
        struck[queue[0].id] = 1; shift(); note_losses() }
#endif
#ifdef STORE_LOST /* its file alone, with some of the log, or the whole machine */
    :: atomic {
        FAULT -> faults++; printf("FAULT: the gateway's file is lost\n");
        forget(1); forget_centre();
        do :: waiting -> d_step { strike_newest() } :: break od;
        d_step { note_losses() }
    }
#endif
#ifdef STORE_RESTORED /* from a backup: what was known of the newest epochs is what once was */
    :: atomic {
        FAULT && gw[1].known ->
        faults++; printf("FAULT: the store is restored from a backup\n");
        if :: m = 1 :: m = 2 :: m = 3 fi;
        (m <= EPOCHS && gw[m].known) ->
        d_step { if :: m < EPOCHS -> forget(m + 1) :: else fi; skip };
        do
        :: gw[m].acc ->
            d_step {
                gw[m].taken[gw[m].acc] = 0; gw[m].acc--;
                gw[m].hash = (gw[m].acc -> gw[m].taken[gw[m].acc] : BEGINNING)
            }
        :: break
        od;
        if :: d_step { forget_centre() } :: skip fi;
        do :: waiting -> d_step { strike_newest() } :: break od;
        d_step { m = 0; note_losses() }
    }
#endif
#ifdef TILL_RESTORED /* from a backup of its newest epoch */
    :: atomic {
        FAULT && M0.cur && M0.ep[M0.cur].last > M0.base -> faults++; m = 0;
        printf("FAULT: till 1 is restored from a backup\n");
        d_step { hang_up(); M0.ep[M0.cur].doubt = 0; M0.ep[M0.cur].miss = 0 };
        do
        :: M0.ep[M0.cur].last > M0.base && M0.ep[M0.cur].last >= M0.ep[M0.cur].kept ->
            d_step {
                printf("FAULT: number %d of epoch %d is not in the backup\n",
                    M0.ep[M0.cur].last, M0.cur);
                M0.ep[M0.cur].ev[M0.ep[M0.cur].last] = 0; M0.ep[M0.cur].last--
            }
        :: break
        od;
        do
        :: M0.ep[M0.cur].acc + 1 > M0.ep[M0.cur].kept -> M0.ep[M0.cur].acc--
        :: M0.ep[M0.cur].acc <= M0.ep[M0.cur].last -> break
        od;
        d_step {
            e = M0.cur;
            if :: M0.ep[e].conf > M0.ep[e].acc -> M0.ep[e].conf = M0.ep[e].acc :: else fi;
            if :: M0.ep[e].safe > M0.ep[e].acc -> M0.ep[e].safe = M0.ep[e].acc :: else fi;
            note_losses()
        }
    }
#endif
#ifdef VOUCHER /* a new one for a till that needs none */
    :: d_step {
        FAULT && M0.cur && issued < EPOCHS ->
        faults++; m = 0; printf("FAULT: a voucher that nobody needs\n"); begin_epoch(); skip
    }
#endif
#ifdef COPY /* a second machine goes on from the first one's disk, with its identity and epoch */
    :: d_step {
        FAULT && !till[1].cur ->
        faults++; printf("FAULT: till 2 goes on from a copy of till 1's disk\n");
        till[1].cur = M0.cur; till[1].base = M0.base;
        for (i : 1 .. EPOCHS) {
            till[1].ep[i].last = M0.ep[i].last; till[1].ep[i].acc = M0.ep[i].acc;
            till[1].ep[i].doubt = M0.ep[i].doubt; till[1].ep[i].kept = M0.ep[i].kept;
            till[1].ep[i].safe = M0.ep[i].safe; till[1].ep[i].conf = M0.ep[i].conf;
            till[1].ep[i].miss = M0.ep[i].miss; till[1].ep[i].rewritten = M0.ep[i].rewritten;
            for (s : 1 .. IDS) { till[1].ep[i].ev[s] = M0.ep[i].ev[s] }
        };
        skip
    }
#endif
    :: faults == FAULTS -> break
    od
}

/* A heartbeat comes each minute, whatever happens. Here one comes only once all else has come to
 * rest, and where the centre lacks the till's last number, which nothing else can bring to light; of
 * one that is there for its answer's sake, only the centre's word is modelled. */
#define QUIET (written >= SALES && !waiting && !stale && !CUR.doubt && CUR.last == CUR.acc)
#define MINUTE_PASSES (QUIET && written < IDS \
    && (centre[till[m].cur].last < CUR.acc || (till[m].cur > 1 && newest < till[m].cur)))
#define OWN(bits) ((bits) & ((1 << (CUR.acc + 1)) - 1) & ~((1 << CUR.kept) - 1))
#define WORD_IS_NEW (QUIET && OWN(word.miss[till[m].cur] & ~CUR.miss))

#define TIDIES(n) (n <= EPOCHS && n <= till[m].cur && UPTO(n) >= OF(n).kept)
#if EPOCHS == 1
#define HAS_TO_TIDY TIDIES(1)
#elif EPOCHS == 2
#define HAS_TO_TIDY (TIDIES(1) || TIDIES(2))
#else
#define HAS_TO_TIDY (TIDIES(1) || TIDIES(2) || TIDIES(3))
#endif

/* A limit: an epoch that has ended, and of which the centre never heard, looks like a closed one. */
#ifdef WITHOUT_LIMITS
#define NEVER_HEARD(n) 0
#define IS_UNHEARD(n) 0
#else
#define NEVER_HEARD(n) (n < EPOCHS && n < newest && !centre[n].last)
#define IS_UNHEARD(n) (NEVER_HEARD(1) || NEVER_HEARD(2))
#endif

/* Every event counts, but for those that were lost with every disk that had them; and no till waits:
 * what it has is accepted or written again, and of an epoch that has ended the centre has all. (Of the
 * newest the centre's word comes with the next heartbeat.) */
#define COUNTS(n) (n > IDS || n > written || counted[n] || gone[n] || IS_UNHEARD(n))
#define ALL_COUNT (COUNTS(1) && COUNTS(2) && COUNTS(3) && COUNTS(4) && COUNTS(5) && COUNTS(6))
#define RESTS(m, n) (n > till[m].cur || NEVER_HEARD(n) || ( \
    (till[m].ep[n].last <= till[m].ep[n].acc || till[m].ep[n].rewritten) \
    && (n == till[m].cur || till[m].ep[n].conf >= till[m].ep[n].acc)))
#if EPOCHS == 1
#define TILL_RESTS(m) RESTS(m, 1)
#elif EPOCHS == 2
#define TILL_RESTS(m) (RESTS(m, 1) && RESTS(m, 2))
#else
#define TILL_RESTS(m) (RESTS(m, 1) && RESTS(m, 2) && RESTS(m, 3))
#endif
#if TILLS == 1
#define ALL_REST TILL_RESTS(0)
#else
#define ALL_REST (TILL_RESTS(0) && TILL_RESTS(1))
#endif
#define SETTLED (ALL_COUNT && ALL_REST)
