/**
 * Text as Redis reads and writes it: patterns, numbers, quoted arguments. Knows no command and no connection; imports
 * {@code memory} for its views of bytes.
 */
@NullMarked
package dev.cinnabar.text;

import org.jspecify.annotations.NullMarked;
