"""Who is measured: one module per contender, one function per scenario that it takes part in."""
