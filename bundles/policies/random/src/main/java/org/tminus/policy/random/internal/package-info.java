/** The policy {@code random}: a drawn path for each input. */
@NullMarked
package org.tminus.policy.random.internal;

import org.jspecify.annotations.NullMarked;
