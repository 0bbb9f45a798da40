/** Values of keys: the layout of an entry and the operations of each type, in Java terms. Knows no protocol and no connection. */
@NullMarked
package dev.cinnabar.values;

import org.jspecify.annotations.NullMarked;
