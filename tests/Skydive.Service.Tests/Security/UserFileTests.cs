using Skydive.Service.Security;
using Skydive.Service.Tests.Support;

namespace Skydive.Service.Tests.Security;

public sealed class UserFileTests : IDisposable
{
    private const string Sha = "{SHA}NnUMOWDcQ+gRiWrSz52yu5BfREo=";

    private readonly TemporaryDirectory _directory = new();

    private string FilePath => Path.Combine(_directory.Path, "users");

    public void Dispose() => _directory.Dispose();

    [Fact]
    public void Read_LinesThatAreNone_AreLeftOutAndTold()
    {
        File.WriteAllText(FilePath, $"# users\n\nann:{Sha}\nbob:{Sha}:guest, noc\nbob:{Sha}\nplain:secret\nnohash\n:{Sha}\na:b:c:d\n");
        var users = UserFile.Read(FilePath, out var problems);
        Assert.Equal(["ann", "bob"], users.Keys.Order());
        Assert.Empty(users["ann"].Groups);
        Assert.Equal(["guest", "noc"], users["bob"].Groups);
        Assert.Equal([5, 6, 7, 8, 9], problems.Select(static problem => int.Parse(problem.Split(':')[1], System.Globalization.CultureInfo.InvariantCulture)));
        Assert.DoesNotContain(problems, static problem => problem.Contains("secret", StringComparison.Ordinal) || problem.Contains(Sha, StringComparison.Ordinal));
    }

    [Fact]
    public void Update_AddsChangesAndRemoves_AndOnlyTheOwnerMayRead()
    {
        UserFile.Update(FilePath, "ann", static _ => new(Sha, ["admin"]));
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(FilePath));
        UserFile.Update(FilePath, "bob", static _ => new(Sha, []));
        UserFile.Update(FilePath, "ann", static entry => entry! with { Groups = ["guest"] });
        Assert.Equal($"ann:{Sha}:guest\nbob:{Sha}\n", File.ReadAllText(FilePath));
        UserFile.Update(FilePath, "ann", static _ => null);
        Assert.Equal($"bob:{Sha}\n", File.ReadAllText(FilePath));
        Assert.Single(Directory.GetFiles(_directory.Path));
    }

    [Fact]
    public void Update_FileOfAnotherMode_KeepsIt()
    {
        File.WriteAllText(FilePath, $"ann:{Sha}\n");
        File.SetUnixFileMode(FilePath, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead);
        UserFile.Update(FilePath, "bob", static _ => new(Sha, []));
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead, File.GetUnixFileMode(FilePath));
    }
}
