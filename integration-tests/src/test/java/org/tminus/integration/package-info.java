/** Tests of the distribution in a running container. */
@NullMarked
package org.tminus.integration;

import org.jspecify.annotations.NullMarked;
