/* The protocol from a till's journal to the centre's acknowledgement, of one till's identity in one
 * store. docs/protocol.md has the rules in words, the bounds, and how to read a counterexample. */

#include "state.pml"
#include "gateway.pml"
#include "till.pml"
#include "centre.pml"
#include "faults.pml"

#define AFRESH (till[m].cur && !till[m].kind)

proctype sender(byte m) {
    do
    :: d_step { AFRESH && ROOM -> next_batch(); if :: e -> take(0) :: else fi }
    :: d_step { till[m].kind -> hear() }
    od
}

proctype cashier(byte m) { /* writes while there is something to sell, and a heartbeat each minute */
    do
    :: d_step { till[m].cur && written < SALES -> written++; append(written) }
    :: d_step { till[m].cur && MINUTE_PASSES -> written++; append(written) }
    :: d_step { till[m].cur && WORD_IS_NEW -> hear_of_newest() }
    od
}

proctype operator(byte m) { /* a new voucher for a till that says that it is forked */
    do
    :: d_step { till[m].cur && CUR.doubt && issued < EPOCHS -> begin_epoch(); skip }
    :: d_step { till[m].cur && HAS_TO_TIDY -> tidy(); skip }
    od
}

proctype mirror() {
    do
    :: d_step { waiting -> count_in(); shift() }
    od
}

proctype feed() {
    do
    :: d_step { stale -> bring_word() }
    od
}

init {
    d_step {
        for (k : 0 .. TILLS - 1) { for (i : 1 .. EPOCHS) { till[k].ep[i].kept = 1 } };
        till[0].cur = 1
    };
    atomic {
        run sender(0); run cashier(0); run operator(0);
#if TILLS > 1
        run sender(1); run cashier(1); run operator(1);
#endif
        run mirror(); run feed(); run trouble()
    }
}

/* What must not be: that from some moment on nothing is ever settled. Whatever is settled stays so
 * where nothing goes wrong and nobody sells. */
never heals {
    do
    :: 1
    :: !SETTLED -> break
    od;
accept:
    do
    :: !SETTLED
    od
}
