/** The policy {@code budget}: as deep as the predictor says, within a budget in the mean. */
@NullMarked
package org.tminus.policy.budget.internal;

import org.jspecify.annotations.NullMarked;
