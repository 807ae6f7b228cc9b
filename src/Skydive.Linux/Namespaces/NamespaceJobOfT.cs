namespace Skydive.Linux.Namespaces;

/// <summary>Code with its argument and result.</summary>
internal sealed class NamespaceJob<TState, TResult>(NetworkNamespace target, TState state, Func<TState, TResult> action)
    : NamespaceJob(target)
{
    /// <summary>What the code returned.</summary>
    internal TResult? Result { get; private set; }

    /// <inheritdoc/>
    internal override void Run() => Result = action(state);
}
