namespace Skydive.Storage.Sqlite;

/// <summary>Something that the writer is to do, with a result.</summary>
/// <typeparam name="T">The result.</typeparam>
internal sealed class WriteRequest<T>(Func<T> body, bool isInTransaction, bool isDurable, CancellationToken cancellationToken)
    : WriteRequest(isInTransaction, isDurable, cancellationToken)
{
    private readonly TaskCompletionSource<T> _completion = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private T? _result;

    /// <summary>Completes when the change is committed.</summary>
    public Task<T> Task => _completion.Task;

    public override void Run() => _result = body();

    public override void Complete() => _completion.TrySetResult(_result!);

    public override void Fail(Exception error) => _completion.TrySetException(error);

    public override void Cancel() => _completion.TrySetCanceled(CancellationToken);
}
