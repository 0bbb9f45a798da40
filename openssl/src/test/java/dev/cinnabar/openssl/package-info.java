/** Tests of what libcrypto does for the JDK, beside the JDK's own. */
@NullMarked
package dev.cinnabar.openssl;

import org.jspecify.annotations.NullMarked;
