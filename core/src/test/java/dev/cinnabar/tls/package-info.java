/** Tests of keys, certificates and ciphers. */
@NullMarked
package dev.cinnabar.tls;

import org.jspecify.annotations.NullMarked;
