/** What bundles are tested for: their manifest, and coming and going in a framework. */
@NullMarked
package org.tminus.tck.internal.bundle;

import org.jspecify.annotations.NullMarked;
