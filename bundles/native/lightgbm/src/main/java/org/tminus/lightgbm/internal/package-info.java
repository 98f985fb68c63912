/** Where the natives go inside a container. */
@NullMarked
package org.tminus.lightgbm.internal;

import org.jspecify.annotations.NullMarked;
