/* What each part of the protocol holds; docs/protocol.md says how to read it. The bounds IDS, SALES,
 * TILLS, EPOCHS, BATCH, QUEUE, BAD and FAULTS come from the runner.
 *
 * An event is a number from 1 to IDS, which stands for its event_id and for its hash alike: of two
 * histories that part, no number is in both. 0 is no event, and as a hash one that nobody knows.
 */

#define BEGINNING 255 /* the hash before an epoch's first event */
#define S (IDS + 1)
#define E (EPOCHS + 1)

typedef Epoch {      /* edge/journal: one epoch in the file of one machine */
    byte ev[S];      /* its events by number */
    byte last;       /* the newest number */
    byte acc;        /* accepted_to: what the gateway is believed to have */
    byte doubt;      /* doubted_to + 1; 0 where the epoch is not forked */
    byte kept;       /* kept_from: what is below has left */
    byte safe;       /* what the centre has now, without holes */
    byte conf;       /* the greatest that `safe` ever was */
    byte miss;       /* a bit for each number that the centre lacks */
    bit rewritten
}

typedef Machine {    /* a till's machine: its disk, and the answer that is under way to it */
    Epoch ep[E];
    byte cur;        /* the newest epoch, 0 while there is no such machine */
    byte base;       /* numbers of it that a backup of the disk has in any case */
    mtype kind;      /* of the answer; 0 for none */
    byte a_epoch; byte a_first; byte a_last; /* the batch that is answered */
    byte a_acc;      /* accepted_to; of a conflict, expected - 1 */
    byte a_hash;     /* last_hash of a conflict */
    byte a_fork;     /* the lowest of `forks`, 0 for none */
    byte a_conf; byte a_miss
}

typedef Standing {   /* edge/gateway/standing.py: what the gateway's file says of an epoch */
    bit known;
    byte acc;
    byte hash;       /* last_hash */
    byte taken[S]    /* hashes by number, as far as they are remembered */
}

typedef Window {     /* tables/tills.py: the centre's window of an epoch */
    byte id[S];      /* what took each number */
    byte last
}

typedef Word {       /* till.status as the gateway last heard it */
    byte epoch;      /* the newest; 0 where nothing was heard */
    byte hash;       /* last_hash of the newest */
    byte last[E];
    byte miss[E]
}

typedef Message { byte epoch; byte seq; byte id; bit fork }

mtype = { TAKEN, GAP, CHAIN } /* 200, and 409 for one of two reasons */

Machine till[TILLS];
Standing gw[E];
bit told[S];          /* forks that were passed on */
Message queue[QUEUE]; /* what the centre has not heard: in the store's log, and behind it the spool */
byte waiting;         /* how many of these */
Window centre[E];
byte newest;          /* the centre's newest epoch of this till */
Word word;
#ifdef NO_VERSION
Word early;           /* the first that was heard */
#endif
bit stale;            /* the centre knows more than the gateway has heard */
byte written;         /* events so far */
byte issued = 1;      /* epochs that the registration has given out */
byte faults;          /* so far */
byte counted[S];      /* how often the centre counts each event */
bit acked[S];         /* a gateway has acknowledged it */
bit struck[S];        /* a disk of the store was lost with it */
bit gone[S];          /* every disk that had it was lost */

/* Scratch of one step: no part of a state. */
hidden byte e, s, i, id, first, last, prev, acc, hash, h, proven, lim, k, best;
hidden byte bad, changes, found
