/**
 * The Redis serialization protocol, versions 2 and 3: requests out of bytes, replies into bytes. Imports {@code memory} and
 * {@code text}.
 */
@NullMarked
package dev.cinnabar.resp;

import org.jspecify.annotations.NullMarked;
