using LoyaltyAdmin.Domain.Excel;

namespace LoyaltyAdmin.Tests.Excel;

/// <summary>Whatever is uploaded is read, reported cell by cell, or refused with a sentence. Nothing else ever happens.</summary>
public sealed class MalformedFileTests
{
    private const int Mutants = 10_000;

    // No figure to hold: a mutant that keeps the reader busy for ever shall fail the test instead of hanging it.
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    private static readonly Dictionary<string, MalformedFile> Files = MalformedFiles.All().ToDictionary(file => file.Name);

    public static TheoryData<string> Names => [.. Files.Keys];

    [Fact]
    public void There_are_more_than_two_hundred_of_them()
    {
        Files.Count.ShouldBeGreaterThan(200);
    }

    [Theory]
    [MemberData(nameof(Names))]
    public async Task A_malformed_file_is_refused_or_reported(string name)
    {
        var file = Files[name];

        var outcome = await OutcomeAsync(file.Content, file.FileName);

        if (file.Expected != "any")
        {
            outcome.ShouldBe(file.Expected);
        }
    }

    [Fact]
    public async Task No_flipped_byte_of_a_workbook_gets_past_the_refusals()
    {
        var sound = MalformedFiles.All().First(file => file.Name == "not packed").Content;

        (await MutateAsync(sound, "cards.xlsx", Mutants).WaitAsync(Patience)).ShouldContain("file_damaged");
    }

    [Fact]
    public async Task No_flipped_byte_of_a_packed_workbook_gets_past_the_refusals()
    {
        var sound = MalformedFiles.All().First(file => file.Name == "indented").Content;

        (await MutateAsync(sound, "cards.xlsx", Mutants / 5).WaitAsync(Patience)).ShouldContain("file_damaged");
    }

    [Fact]
    public async Task No_flipped_byte_of_a_text_file_gets_past_the_refusals()
    {
        var sound = System.Text.Encoding.UTF8.GetBytes("Card number,Balance,Valid until,Plan\r\n\"00\"\"12\",5.25,2026-12-31,Birthday\r\nMüller,5,,\r\n");

        (await MutateAsync(sound, "cards.csv", Mutants / 5).WaitAsync(Patience)).ShouldContain("wrong_encoding");
    }

    private static Task<HashSet<string>> MutateAsync(byte[] sound, string fileName, int count) => Task.Run(async () =>
    {
        // Always the same mutants, so that a failure can be looked at.
        var random = new Random(20_261);
        var outcomes = new HashSet<string>();

        for (var number = 0; number < count; number++)
        {
            var mutant = (byte[])sound.Clone();

            for (var flips = random.Next(1, 4); flips > 0; flips--)
            {
                mutant[random.Next(mutant.Length)] ^= (byte)(1 << random.Next(8));
            }

            outcomes.Add(await OutcomeAsync(mutant, fileName));
        }

        return outcomes;
    });

    /// <summary>The refusal, the first error, "ok" for sound rows and "none" without rows. Any other exception is the test's failure.</summary>
    private static async Task<string> OutcomeAsync(byte[] content, string fileName)
    {
        try
        {
            var rows = await CardSheet.ReadAsync(content, fileName);

            return rows.Count == 0 ? "none" : rows.SelectMany(row => row.Errors).FirstOrDefault()?.Code ?? "ok";
        }
        catch (UploadRefusedException refusal)
        {
            refusal.Message.ShouldEndWith(".");
            return refusal.Code;
        }
    }
}
