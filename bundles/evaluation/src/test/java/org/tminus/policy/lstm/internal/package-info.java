@NullMarked
package org.tminus.policy.lstm.internal;

import org.jspecify.annotations.NullMarked;
