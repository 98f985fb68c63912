/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.policy.fixed.internal;

import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.osgi.service.component.annotations.Component;
import org.tminus.failure.InvalidRequestException;
import org.tminus.model.AdaptiveModel;
import org.tminus.model.Path;
import org.tminus.policy.Decision;
import org.tminus.policy.Policy;
import org.tminus.policy.PolicyContext;
import org.tminus.policy.PolicyParameters;
import org.tminus.policy.PolicyRun;
import org.tminus.policy.PolicyRuns;

/**
 * The same path for every input: the menu path number {@code menuIndex}, or the costliest one that answers through
 * {@code exit}; without either the costliest within the budget. Where limits forbid the path, the costliest cheaper one
 * that they allow.
 */
@Component(property = Policy.NAME + "=" + FixedPolicy.NAME_VALUE)
public final class FixedPolicy implements Policy {
    static final String NAME_VALUE = "fixed";
    private static final String MENU_INDEX = "menuIndex";
    private static final String EXIT = "exit";

    @Override
    public long flopsPerRow(AdaptiveModel model) {
        return 0;
    }

    @Override
    public PolicyRun begin(PolicyContext context) throws InvalidRequestException {
        return PolicyRuns.sameForAll(Decision.run(choose(context)), context.rows());
    }

    private static Path choose(PolicyContext context) throws InvalidRequestException {
        PolicyParameters parameters = PolicyParameters.ofPointInForce(context, NAME_VALUE);
        List<Path> menu = context.model().menu();
        String key = parameters.oneOf(MENU_INDEX, EXIT).orElse("");
        return switch (key) {
            case MENU_INDEX ->
                nearestAllowed(
                        context,
                        parameters.integer(MENU_INDEX, 0, menu.size() - 1).orElseThrow());
            case EXIT -> nearestAllowed(context, indexOfExit(menu, parameters));
            default -> context.affordablePath();
        };
    }

    private static int indexOfExit(List<Path> menu, PolicyParameters parameters) throws InvalidRequestException {
        String exit = parameters.text(EXIT).orElseThrow();
        for (int index = menu.size() - 1; index >= 0; index--) {
            if (menu.get(index).exit().value().equals(exit)) {
                return index;
            }
        }
        Set<String> known = new LinkedHashSet<>();
        menu.forEach(path -> known.add(path.exit().value()));
        throw parameters.invalid(EXIT, "must be an exit on the model's menu: " + String.join(", ", known));
    }

    private static Path nearestAllowed(PolicyContext context, int menuIndex) {
        List<Path> menu = context.model().menu();
        List<Path> allowed = context.allowedPaths();
        if (allowed.size() == menu.size()) {
            return menu.get(menuIndex);
        }
        for (int index = menuIndex; index >= 0; index--) {
            if (allowed.contains(menu.get(index))) {
                return menu.get(index);
            }
        }
        return allowed.get(0);
    }
}
