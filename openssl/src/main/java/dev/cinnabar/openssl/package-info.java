/**
 * A provider of the Java Cryptography Architecture that signs, verifies and agrees on keys with the system's libcrypto: what takes
 * most of a TLS handshake's time, and what OpenSSL does three to five times as fast as the JDK. Why: docs/decisions/006.
 *
 * <p>The only part of Cinnabar that calls native code; it needs {@code --enable-native-access}. Functions and their contracts are
 * those of OpenSSL's manual, section 3, version 3.0.
 */
@NullMarked
package dev.cinnabar.openssl;

import org.jspecify.annotations.NullMarked;
