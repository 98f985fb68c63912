/** What is chosen on the decision split: path menu, oracle labels, complexity predictor and operating points. */
@NullMarked
package org.tminus.trainer.decide;

import org.jspecify.annotations.NullMarked;
