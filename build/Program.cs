using Skydive.Build;

string task = args.Length > 0 ? args[0] : "build";
string[] rest = args.Length > 1 ? args[1..] : [];
try
{
    return task switch
    {
        "build" => BuildTask.Run(),
        "test" => TestTask.Run(rest),
        "demo" => DemoTask.Run(),
        "bench" => BenchTask.Run(rest),
        "fuzz" => LongTestTask.Run("fuzz", rest),
        "soak" => LongTestTask.Run("soak", rest),
        "package" => PackageTask.Run(),
        "clean" => CleanTask.Run(),
        _ => Usage(),
    };
}
catch (TaskFailedException e)
{
    Console.Error.WriteLine($"build: {e.Message}");
    return 1;
}

static int Usage()
{
    Console.Error.WriteLine("usage: build.sh [build|test|demo|bench|fuzz|soak|package|clean]");
    return 2;
}
