/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.shell.internal.command;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;
import org.apache.karaf.shell.api.action.Action;
import org.apache.karaf.shell.api.action.Argument;
import org.apache.karaf.shell.api.action.Command;
import org.apache.karaf.shell.api.action.Completion;
import org.apache.karaf.shell.api.action.Option;
import org.apache.karaf.shell.api.action.lifecycle.Reference;
import org.apache.karaf.shell.api.action.lifecycle.Service;
import org.apache.karaf.shell.support.completers.FileCompleter;
import org.jspecify.annotations.Nullable;
import org.osgi.framework.VersionRange;
import org.tminus.failure.InvalidRequestException;
import org.tminus.failure.TminusException;
import org.tminus.inference.InferenceRequest;
import org.tminus.inference.InferenceResult;
import org.tminus.inference.InferenceService;
import org.tminus.model.AdaptiveModel;
import org.tminus.model.ModelLease;
import org.tminus.model.ModelRepository;
import org.tminus.model.Preprocessing;
import org.tminus.model.RawInput;
import org.tminus.model.TensorSpec;
import org.tminus.policy.Budget;
import org.tminus.shell.internal.complete.ModelCompleter;
import org.tminus.shell.internal.complete.OperatingPointCompleter;
import org.tminus.shell.internal.complete.PolicyCompleter;
import org.tminus.shell.internal.input.ImageFile;
import org.tminus.shell.internal.input.TensorFile;
import org.tminus.shell.internal.report.CommandFailure;
import org.tminus.shell.internal.report.InferenceReport;
import org.tminus.shell.internal.report.PolicySwitch;
import org.tminus.tensor.Tensor;

/** Answers one request, and shows what it cost. */
@Service
@Command(
        scope = "tminus",
        name = "infer",
        description = "Runs a model on an image, a text or tensors, and shows the trace.")
public final class InferCommand implements Action {
    @Reference(optional = true)
    private @Nullable InferenceService inference;

    @Reference(optional = true)
    private @Nullable ModelRepository repository;

    @Argument(index = 0, name = "model", description = "The model's name", required = true, multiValued = true)
    @Completion(ModelCompleter.class)
    private List<String> words = List.of();

    @Option(name = "--input", description = "JSON file with a nested list of numbers for each input of the model")
    @Completion(FileCompleter.class)
    private @Nullable String input;

    @Option(name = "--image", description = "Image file: IDX (also gzipped), PGM, PPM, PNG or JPEG")
    @Completion(FileCompleter.class)
    private @Nullable String image;

    @Option(name = "--index", description = "Which image of an IDX file, from 0")
    private int index;

    @Option(name = "--text", description = "A text, for a model that takes text")
    private @Nullable String text;

    @Option(name = "--policy", description = "The policy to use instead of the one in force")
    @Completion(PolicyCompleter.class)
    private @Nullable String policy;

    @Option(name = "--budget", description = "FLOPs as a share of full depth, above 0 and at most 1")
    private @Nullable Double budget;

    @Option(name = "--operating-point", description = "The operating point to use instead of the one in force")
    @Completion(OperatingPointCompleter.class)
    private @Nullable String operatingPoint;

    @Option(name = "--deadline", description = "Milliseconds until the answer is worth nothing")
    private @Nullable Long deadline;

    @Option(name = "--json", description = "Prints JSON")
    private boolean json;

    @Override
    public @Nullable Object execute() throws CommandFailure, InterruptedException {
        String model = new Words()
                .option("--input", value -> input = value)
                .option("--image", value -> image = value)
                .option("--text", value -> text = value)
                .option("--index", value -> index = (int) Words.whole("--index", value))
                .option("--policy", value -> policy = value)
                .option("--budget", value -> budget = Words.number("--budget", value))
                .option("--operating-point", value -> operatingPoint = value)
                .option("--deadline", value -> deadline = Words.whole("--deadline", value))
                .flag("--json", () -> json = true)
                .read(words, 1)
                .get(0);
        InferenceService service = CommandFailure.required(inference, "coordinator", "org.tminus.coordinator");
        ModelRepository models = CommandFailure.required(repository, "model repository", "org.tminus.models");
        if (models.models().stream().noneMatch(installed -> installed.name().equals(model))) {
            throw PolicySwitch.unknownModel(model, models.models());
        }
        try (ModelLease lease = models.acquire(model, VersionRange.valueOf("0"))) {
            Map<String, ? extends Tensor> inputs = inputs(lease.model());
            try (InferenceResult result = service.infer(request(lease.model(), inputs))) {
                InferenceReport.of(lease.model(), result).print(System.out, json);
            } finally {
                inputs.values().forEach(Tensor::close);
            }
        } catch (TminusException e) {
            throw CommandFailure.of(e);
        }
        return null;
    }

    private Map<String, ? extends Tensor> inputs(AdaptiveModel installed)
            throws CommandFailure, InvalidRequestException {
        if (Stream.of(input, image, text).filter(Objects::nonNull).count() != 1) {
            throw new CommandFailure("One of --input, --image and --text is needed.", "Give one of them.");
        }
        if (input != null) {
            return TensorFile.read(Path.of(input), installed.signature());
        }
        if (text != null) {
            return preprocessing(installed, "text", "a text").apply(List.of(RawInput.text(text)));
        }
        Preprocessing preprocessing = preprocessing(installed, "image", "an image");
        return preprocessing.apply(List.of(ImageFile.read(Path.of(image), index, channels(installed))));
    }

    private static Preprocessing preprocessing(AdaptiveModel installed, String kind, String what)
            throws CommandFailure {
        return installed
                .preprocessing()
                .filter(each -> each.kind().equals(kind))
                .orElseThrow(() -> new CommandFailure(
                        "Model " + installed + " does not say how " + what + " becomes its input.",
                        installed
                                .preprocessing()
                                .map(other -> "It takes " + other.kind() + " input: give --" + other.kind() + ", or")
                                .map(start -> start + " tensors with --input.")
                                .orElse("Give tensors with --input.")));
    }

    /** How many colours the model's images have, where its signature tells. */
    private static int channels(AdaptiveModel installed) {
        for (TensorSpec spec : installed.signature().inputs()) {
            if (spec.dimensions().size() == 4) {
                long first = spec.dimensions().get(1);
                long last = spec.dimensions().get(3);
                return first == 1 || first == 3 ? (int) first : last == 1 || last == 3 ? (int) last : 0;
            }
        }
        return 0;
    }

    private InferenceRequest request(AdaptiveModel installed, Map<String, ? extends Tensor> inputs)
            throws CommandFailure {
        // Exactly the version that the inputs were made for.
        InferenceRequest.Builder request = InferenceRequest.builder(installed.name())
                .versions(VersionRange.valueOf("[" + installed.version() + "," + installed.version() + "]"))
                .inputs(inputs);
        if (policy != null) {
            request.policy(policy);
        }
        if (operatingPoint != null) {
            request.operatingPoint(operatingPoint);
        }
        if (deadline != null) {
            request.deadline(Duration.ofMillis(deadline));
        }
        if (budget != null) {
            try {
                request.budget(Budget.ofFlopsRatio(budget));
            } catch (IllegalArgumentException e) {
                throw new CommandFailure(e.getMessage() + ".", "Give --budget such a number.", e);
            }
        }
        return request.build();
    }
}
