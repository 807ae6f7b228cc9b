using Skydive.Contracts.Errors;

namespace FakeAnalyzer;

internal sealed class QueryException : Exception
{
    public QueryException(ApiError error)
        : base(error.Detail) => Error = error;

    public ApiError Error { get; }
}
