/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.storm;

/** Runs storms with the services of this container, one at a time. */
public interface Storm {
    /**
     * Blocks until the storm is over and everything is as it was before.
     *
     * @return what was found; promises that were broken stand in it, and are no exception
     * @throws Exception if the storm cannot be made: the model or a bundle is missing, or the thread was interrupted
     */
    StormReport run(StormRequest request, StormProgress progress) throws Exception;
}
