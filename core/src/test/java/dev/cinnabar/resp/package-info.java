@NullMarked
package dev.cinnabar.resp;

import org.jspecify.annotations.NullMarked;
