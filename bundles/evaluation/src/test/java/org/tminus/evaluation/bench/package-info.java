@NullMarked
package org.tminus.evaluation.bench;

import org.jspecify.annotations.NullMarked;
