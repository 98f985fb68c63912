/** What predictors are tested for. */
@NullMarked
package org.tminus.tck.internal.predictor;

import org.jspecify.annotations.NullMarked;
