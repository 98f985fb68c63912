/** What backends are tested for, subject by subject. */
@NullMarked
package org.tminus.tck.internal.backend;

import org.jspecify.annotations.NullMarked;
