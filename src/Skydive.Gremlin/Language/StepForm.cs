using Skydive.Gremlin.Plans;

namespace Skydive.Gremlin.Language;

/// <summary>A meaning of a step: what it does after steps of some kinds.</summary>
/// <param name="On">The kinds that it applies to.</param>
/// <param name="Signatures">The shapes that its arguments may have.</param>
/// <param name="Bind">Makes the step of a plan. The arguments fit one of the signatures.</param>
internal sealed record StepForm(GremlinKind On, IReadOnlyList<Signature> Signatures, Func<StepCall, PlanStep> Bind);
