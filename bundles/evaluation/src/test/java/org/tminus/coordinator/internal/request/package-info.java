@NullMarked
package org.tminus.coordinator.internal.request;

import org.jspecify.annotations.NullMarked;
