/** Replaces policies, predictors, backends and models, in every way that an operator has. */
@NullMarked
package org.tminus.storm.swap;

import org.jspecify.annotations.NullMarked;
