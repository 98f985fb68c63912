/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.coordinator.internal.request;

import java.util.List;
import org.jspecify.annotations.Nullable;
import org.tminus.coordinator.internal.session.ModelView;

/**
 * What was decided before the first layer.
 *
 * @param policy the name of the policy that decided; {@link #STATIC} where none did
 * @param groups every row of the batch is in exactly one
 * @param conversation with the policy, if it wants to be asked again
 * @param flopsPerRow what deciding cost, without the predictor
 */
record Plan(String policy, List<Group> groups, @Nullable PolicyConversation conversation, long flopsPerRow) {
    /** The name in traces where no policy decided. */
    static final String STATIC = "static";

    /** Full depth for all rows. */
    static Plan fullDepth(ModelView view) {
        return new Plan(STATIC, List.of(new Group(view.fullDepth(), List.of(), null)), null, 0);
    }
}
