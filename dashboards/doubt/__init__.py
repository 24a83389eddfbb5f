"""How uncertain a level is while nobody hears its store: `rule` (pure) says how much may have been
sold unheard, `lately` reads what is usually sold. docs/freshness.md says what it means, and what it
does not."""
