/** Tests of the formats of files and dumps. */
@NullMarked
package dev.cinnabar.persistence;

import org.jspecify.annotations.NullMarked;
