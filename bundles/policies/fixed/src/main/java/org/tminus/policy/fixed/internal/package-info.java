/** The policy {@code fixed}: the same path for every input. */
@NullMarked
package org.tminus.policy.fixed.internal;

import org.jspecify.annotations.NullMarked;
