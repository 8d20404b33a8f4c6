using LoyaltyAdmin.Domain.Access;
using LoyaltyAdmin.Domain.Data;
using LoyaltyAdmin.Domain.Excel;
using LoyaltyAdmin.Domain.Jobs;
using Microsoft.EntityFrameworkCore;

namespace LoyaltyAdmin.Domain.Imports;

/// <summary>What one kind of import is made of; everything else is the same for all (see the folder's README).</summary>
public abstract class ImportDefinition
{
    public abstract ImportKind Kind { get; }

    /// <summary>The columns of the file; its name is that of the template's tab.</summary>
    public abstract Sheet Columns { get; }

    /// <summary>What rows become, in sentences: “cards”, “members”.</summary>
    public abstract string Things { get; }

    /// <summary>A file that is in already is refused; not so where importing twice changes nothing.</summary>
    public virtual bool RefusesSameFile => true;

    /// <summary>A finished import can be taken back.</summary>
    public virtual bool CanRollBack => false;

    /// <summary>The columns with what may be chosen today, for the template.</summary>
    internal virtual Task<Sheet> TemplateAsync(LoyaltyDbContext db, Grant grant, CancellationToken cancel) => Task.FromResult(Columns);

    /// <summary>The file as the settings (see <see cref="ImportJob.Settings"/>) say to read it.</summary>
    internal virtual SheetReader Open(CheckedUpload upload, string? settings) => SheetReader.Open(upload, Columns);

    /// <summary>Runs when the operator confirmed, in that transaction; may ask for a second person by setting <see cref="ImportStatus.AwaitingApproval"/>.</summary>
    internal virtual Task ConfirmedAsync(LoyaltyDbContext db, Grant grant, ImportJob job, DateTimeOffset now, CancellationToken cancel) => Task.CompletedTask;

    /// <summary>Why a finished import cannot be taken back now, or null. Asked before anything is.</summary>
    internal virtual Task<string?> RollBackRefusalAsync(LoyaltyDbContext db, long importId, CancellationToken cancel) => Task.FromResult<string?>(null);

    /// <summary>Takes back what was applied, in chunks, resumable. Answers how many things were left because they were used meanwhile.</summary>
    internal virtual Task<int> UndoAsync(ImportTools tools, ImportJob job, HeldLease lease, Action<int> progressed, CancellationToken cancel) => Task.FromResult(0);

    internal abstract Task StageAsync(ImportTools tools, Grant grant, long importId, CheckedUpload upload, string? settings, HeldLease lease, CancellationToken cancel);

    internal abstract Task ApplyAsync(ImportTools tools, ImportJob job, HeldLease lease, Action<int> progressed, CancellationToken cancel);
}

/// <summary>A definition by the two types a row becomes: <typeparamref name="TRow"/> as understood (kept sealed as JSON), <typeparamref name="TReady"/> as written.</summary>
internal abstract class ImportDefinition<TRow, TReady> : ImportDefinition where TRow : class
{
    /// <summary>The columns with the way to their values in an understood row: a row refused late goes back into a file.</summary>
    public abstract Sheet<TRow> Rows { get; }

    public sealed override Sheet Columns => Rows;

    /// <summary>The checks of one upload.</summary>
    public abstract Task<ImportChecks<TRow>> ChecksAsync(LoyaltyDbContext db, Grant grant, string? settings, CancellationToken cancel);

    /// <summary>What writes one confirmed import.</summary>
    public abstract Task<ImportApply<TRow, TReady>> ApplierAsync(LoyaltyDbContext db, ImportJob job, CancellationToken cancel);

    internal sealed override Task StageAsync(ImportTools tools, Grant grant, long importId, CheckedUpload upload, string? settings, HeldLease lease, CancellationToken cancel) =>
        new ImportStaging<TRow, TReady>(tools, this).StageAsync(grant, importId, upload, settings, lease, cancel);

    internal sealed override Task ApplyAsync(ImportTools tools, ImportJob job, HeldLease lease, Action<int> progressed, CancellationToken cancel) =>
        new ImportApplication<TRow, TReady>(tools, this).RunAsync(job, lease, progressed, cancel);
}

/// <summary>The column at fault, a stable code and a sentence that never repeats the cell: it may be personal.</summary>
internal sealed record RowFault(string Column, string Code, string Sentence);

/// <summary>What a valid row does, and a sentence that never repeats a cell.</summary>
internal sealed record RowEffect(ImportEffect Effect, string Sentence);

/// <summary>The rules the rows of one file are held against; made for every upload, so it may remember rows.</summary>
internal abstract class ImportChecks<TRow> where TRow : class
{
    /// <summary>The row as understood. What is wrong is told to <paramref name="error"/> (column, code, sentence); the answer then does not count.</summary>
    public abstract TRow? Check(SheetRow row, Action<string, string, string> error);

    /// <summary>Holds a chunk of good rows against the database, as a set. Answers the faults by the row's place in the chunk.</summary>
    public virtual Task<IReadOnlyDictionary<int, RowFault>> AgainstDatabaseAsync(LoyaltyDbContext db, IReadOnlyList<TRow> rows, CancellationToken cancel) => Task.FromResult(NoFaults);

    /// <summary>What a row does that is valid after all, where rows may change what exists; asked once its chunk was held against the database.</summary>
    public virtual RowEffect? EffectOf(TRow row) => null;

    /// <summary>Counts a row that is valid after all.</summary>
    public virtual void Add(TRow row)
    {
    }

    /// <summary>The opening value of the valid rows per currency, as shown.</summary>
    public virtual string? ValueSummary => null;

    /// <summary>The largest value of one currency, held against the approval limit.</summary>
    public virtual decimal Value => 0;

    /// <summary>A doubt about the file as a whole.</summary>
    public virtual RowFault? Warning => null;

    protected static IReadOnlyDictionary<int, RowFault> NoFaults { get; } = new Dictionary<int, RowFault>();
}

/// <summary>Writes the rows of one confirmed import, a chunk at a time.</summary>
internal abstract class ImportApply<TRow, TReady>
{
    /// <summary>Everything that can be done before the transaction (hashing, sealing, rounding); runs while the chunk before is written.</summary>
    public abstract TReady Prepare(int rowNumber, TRow row);

    /// <summary>Writes a chunk within its transaction, set-based. Answers what each row became, in order.</summary>
    public abstract Task<IReadOnlyList<long>> WriteAsync(LoyaltyDbContext db, IReadOnlyList<TReady> rows, CancellationToken cancel);

    /// <summary>A unique index refused the chunk: which rows clash with what was written since the dry run, by their place in the chunk.</summary>
    public virtual Task<IReadOnlyDictionary<int, RowFault>> ClashesAsync(LoyaltyDbContext db, IReadOnlyList<TReady> rows, CancellationToken cancel) =>
        Task.FromResult<IReadOnlyDictionary<int, RowFault>>(new Dictionary<int, RowFault>());

    /// <summary>Within the transaction that ends the import; throws when something is missing.</summary>
    public virtual Task CompleteAsync(LoyaltyDbContext db, ImportJob job, CancellationToken cancel) => Task.CompletedTask;
}
