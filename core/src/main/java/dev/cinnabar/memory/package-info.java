/** Off-heap memory: blocks, their accounting, and views of bytes wherever they lie. Imports nothing of ours. */
@NullMarked
package dev.cinnabar.memory;

import org.jspecify.annotations.NullMarked;
