/** Where the natives go inside a container. */
@NullMarked
package org.tminus.pytorch.internal;

import org.jspecify.annotations.NullMarked;
