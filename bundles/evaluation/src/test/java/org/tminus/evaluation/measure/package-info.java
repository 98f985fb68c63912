@NullMarked
package org.tminus.evaluation.measure;

import org.jspecify.annotations.NullMarked;
