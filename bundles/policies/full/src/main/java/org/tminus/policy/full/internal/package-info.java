/** The policy {@code full}: all layers for every input. */
@NullMarked
package org.tminus.policy.full.internal;

import org.jspecify.annotations.NullMarked;
