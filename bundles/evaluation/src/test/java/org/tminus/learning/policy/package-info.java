@NullMarked
package org.tminus.learning.policy;

import org.jspecify.annotations.NullMarked;
