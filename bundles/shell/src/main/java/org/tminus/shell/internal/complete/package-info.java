/** Names that the shell completes: models, policies, operating points. */
@NullMarked
package org.tminus.shell.internal.complete;

import org.jspecify.annotations.NullMarked;
