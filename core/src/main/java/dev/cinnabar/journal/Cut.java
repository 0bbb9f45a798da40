package dev.cinnabar.journal;

/** A place in the journal at which something else begins, as another file. What is behind it selects its database anew. */
public interface Cut {}
