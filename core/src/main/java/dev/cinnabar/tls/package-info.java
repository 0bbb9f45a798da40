/** TLS as the configuration says it: keys and certificates of PEM files, ciphers, and the engines made of them. */
@NullMarked
package dev.cinnabar.tls;

import org.jspecify.annotations.NullMarked;
