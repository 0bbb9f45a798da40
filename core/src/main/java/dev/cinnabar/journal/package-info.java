/**
 * The journal: one ordered log of what commands have changed, as commands that change the same again. Files and replicas read
 * it. Imports text and memory.
 */
@NullMarked
package dev.cinnabar.journal;

import org.jspecify.annotations.NullMarked;
