/** What policies are tested for, and what the platform would hand them. */
@NullMarked
package org.tminus.tck.internal.policy;

import org.jspecify.annotations.NullMarked;
