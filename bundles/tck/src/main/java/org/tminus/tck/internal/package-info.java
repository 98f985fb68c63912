/** What the checks share. */
@NullMarked
package org.tminus.tck.internal;

import org.jspecify.annotations.NullMarked;
