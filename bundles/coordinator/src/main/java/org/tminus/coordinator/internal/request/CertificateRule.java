/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.coordinator.internal.request;

import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import org.jspecify.annotations.Nullable;
import org.tminus.coordinator.internal.certificate.CertificateBook;
import org.tminus.coordinator.internal.certificate.ModelCertificate;
import org.tminus.coordinator.internal.certificate.Standing;
import org.tminus.coordinator.internal.session.ModelView;
import org.tminus.coordinator.internal.session.SessionSlot;
import org.tminus.failure.BudgetException;
import org.tminus.failure.UncertifiedException;
import org.tminus.model.OperatingPoint;
import org.tminus.model.Path;
import org.tminus.policy.Budget;

/**
 * Puts the certificate before the budget. A certificate is about what a policy decides at an operating point with the
 * whole menu before it; whatever takes paths away or moves a parameter makes another procedure, which nobody certified.
 */
final class CertificateRule {
    private static final String FIXED = "fixed";

    private final SessionSlot slot;
    private final ModelView view;
    private final Batch batch;
    private final CertificateBook book;
    private final @Nullable String policy;
    private final Map<String, Object> parameters;
    private final boolean required;
    private final boolean strict;

    /**
     * @param policy the name of the policy in force; null if none is
     * @param parameters what configuration tells the policy
     * @param required whether nothing uncertified may answer
     * @param strict whether a budget that cannot be met is an error
     */
    CertificateRule(
            SessionSlot slot,
            Batch batch,
            CertificateBook book,
            @Nullable String policy,
            Map<String, Object> parameters,
            boolean required,
            boolean strict) {
        this.slot = slot;
        this.view = slot.view();
        this.batch = batch;
        this.book = book;
        this.policy = policy;
        this.parameters = parameters;
        this.required = required;
        this.strict = strict;
    }

    /**
     * @param open what safety and the deadline leave
     * @param named whether the request itself names the operating point, so that no other may take its place
     */
    Terms apply(List<Path> open, Budget budget, @Nullable OperatingPoint point, boolean named)
            throws BudgetException, UncertifiedException {
        Standing standing = standing(point);
        if (standing.isWithdrawn() && (required || open.contains(view.fullDepth()))) {
            return onePath(fullDepth(open), budget, point, standing, null);
        }
        boolean whole = open.size() == view.menu().size();
        if (!required) {
            Allowed allowed = PathLimits.withinBudget(slot, batch, budget, open, strict);
            boolean asCertified = whole
                    && allowed.paths().size() == open.size()
                    && budget.flopsRatio().isEmpty();
            return new Terms(
                    allowed,
                    budget,
                    point,
                    standing.isCertified() && !asCertified
                            ? Standing.uncertified("A budget or limit changes what the policy may decide.")
                            : standing,
                    null,
                    "",
                    false);
        }
        if (standing.isCertified() && point != null && whole && everyPathMeets(budget)) {
            return withinCertified(budget, point, named);
        }
        if (standing.isCertified()) {
            standing = Standing.uncertified("A limit takes paths away that the certified policy may choose.");
        }
        Path path = certifiedStatic(open);
        return path == null
                ? onePath(fullDepth(open), budget, point, standing, null)
                : onePath(path, budget, point, standing, path);
    }

    private boolean everyPathMeets(Budget budget) {
        return budget.isUnlimited()
                || view.menu().stream().allMatch(path -> PathLimits.meetsForEachInput(slot, batch, budget, path));
    }

    private Path fullDepth(List<Path> open) throws UncertifiedException {
        if (open.contains(view.fullDepth())) {
            return view.fullDepth();
        }
        throw new UncertifiedException(
                "A certificate is required, model " + view.model() + " has none that is valid here, and limits leave no"
                        + " time or room for full depth.",
                "Allow more time, or set requireCertificate to false.");
    }

    private Terms onePath(
            Path path, Budget budget, @Nullable OperatingPoint point, Standing standing, @Nullable Path certified)
            throws BudgetException {
        Allowed allowed = PathLimits.withinBudget(slot, batch, budget, List.of(path), strict);
        String demand = standing.isWithdrawn() ? "" : "A certificate is required. ";
        return new Terms(
                allowed,
                budget,
                point,
                standing,
                certified,
                demand + standing.reason() + " Path " + path + " answers.",
                required);
    }

    /** The budget chooses among the certified points of the same policy, and is not passed on: it is not certified. */
    private Terms withinCertified(Budget budget, OperatingPoint point, boolean named) throws BudgetException {
        OptionalDouble ratio = budget.flopsRatio();
        OperatingPoint chosen = point;
        boolean missed = false;
        if (ratio.isPresent() && point.flopsRatio() > ratio.getAsDouble()) {
            chosen = named ? point : cheaper(point, ratio.getAsDouble());
            missed = chosen.flopsRatio() > ratio.getAsDouble();
            if (missed && strict) {
                throw PathLimits.missed(view, budget);
            }
        }
        return new Terms(
                new Allowed(view.menu(), missed), Budget.unlimited(), chosen, standing(chosen), null, "", true);
    }

    /** The costliest certified point of the policy within the ratio; the cheapest if none is. */
    private OperatingPoint cheaper(OperatingPoint point, double ratio) {
        List<OperatingPoint> certified = view.model().operatingPoints().stream()
                .filter(other ->
                        other.policy().equals(point.policy()) && standing(other).isCertified())
                .sorted(Comparator.comparingDouble(OperatingPoint::flopsRatio))
                .toList();
        OperatingPoint best = certified.get(0);
        for (OperatingPoint other : certified) {
            if (other.flopsRatio() <= ratio) {
                best = other;
            }
        }
        return best;
    }

    /** How it stands with the certificate, if this policy decides at this point with these parameters. */
    private Standing standing(@Nullable OperatingPoint point) {
        if (view.certificate() == null) {
            return Standing.of(null, "", "", book);
        }
        if (point == null) {
            return Standing.uncertified("No operating point is in force.");
        }
        if (!point.policy().equals(policy)) {
            return Standing.uncertified("Operating point '" + point.name() + "' is for policy '" + point.policy()
                    + "', and " + (policy == null ? "none is in force." : "'" + policy + "' is in force."));
        }
        for (Map.Entry<String, Object> parameter : parameters.entrySet()) {
            if (!parameter.getValue().equals(point.parameters().get(parameter.getKey()))) {
                return Standing.uncertified("Configuration sets parameter '" + parameter.getKey()
                        + "' to another value than operating point '" + point.name() + "'.");
            }
        }
        return Standing.of(view.certificate(), point.name(), slot.numericClass(), book);
    }

    /** The cheapest open path that is certified whatever the input: a certified point of the policy {@code fixed}. */
    private @Nullable Path certifiedStatic(List<Path> open) {
        ModelCertificate certificate = view.certificate();
        if (certificate == null) {
            return null;
        }
        for (Path path : open) {
            for (OperatingPoint point : view.model().operatingPoints()) {
                if (point.policy().equals(FIXED)
                        && path.equals(fixedPath(point))
                        && Standing.of(certificate, point.name(), slot.numericClass(), book)
                                .isCertified()) {
                    return path;
                }
            }
        }
        return null;
    }

    private @Nullable Path fixedPath(OperatingPoint point) {
        List<Path> menu = view.menu();
        if (point.parameters().get("menuIndex") instanceof Number index
                && index.intValue() >= 0
                && index.intValue() < menu.size()) {
            return menu.get(index.intValue());
        }
        if (point.parameters().get("exit") instanceof String exit) {
            for (int index = menu.size() - 1; index >= 0; index--) {
                if (menu.get(index).exit().value().equals(exit)) {
                    return menu.get(index);
                }
            }
        }
        return null;
    }
}
