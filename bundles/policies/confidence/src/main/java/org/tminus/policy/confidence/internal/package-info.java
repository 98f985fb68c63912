/** The policy {@code confidence}: as deep as it takes until an exit is sure. */
@NullMarked
package org.tminus.policy.confidence.internal;

import org.jspecify.annotations.NullMarked;
