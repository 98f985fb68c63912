@NullMarked
package org.tminus.tck;

import org.jspecify.annotations.NullMarked;
